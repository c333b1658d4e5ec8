"""The tests of the applications in the folder of examples."""

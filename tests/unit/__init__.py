"""An example beside each rule, a module of tests for each module."""

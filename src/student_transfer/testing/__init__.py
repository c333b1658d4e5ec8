"""What a host needs to test its own use of the library (extra ``testing``)."""

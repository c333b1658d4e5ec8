"""Any call of a port fails, processes are killed and raced: nothing is lost."""

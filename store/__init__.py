"""What is kept: bulletins, their taxonomy and files. Serves no HTTP and reads no environment variable."""

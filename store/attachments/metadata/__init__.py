"""What people and cameras write beside a picture: one module a format, each bounded and none of them raising."""

"""What is served: feed documents, pages and commands on top of `store`."""

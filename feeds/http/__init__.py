"""HTTP decisions shared by every way of answering."""

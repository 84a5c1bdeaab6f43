"""Infrastructure; imports only pure data from our code."""

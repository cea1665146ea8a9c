"""How a person comes in: the code of her admission, her second factor, the short code of an interview."""

"""How a case leaves the book: erased by two people, its story purged in time, set aside or merged as a mistake."""

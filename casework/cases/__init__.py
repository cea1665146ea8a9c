"""Cases: the rows that bear them, the only row filters, and the sections they are made of."""

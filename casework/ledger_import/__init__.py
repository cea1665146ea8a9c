"""Import of the old paper ledger, typed into a spreadsheet: read, looked at, confirmed, and each row a sealed case."""

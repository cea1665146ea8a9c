"""The notice to the chair of the commune (Article 20 of Law 13/2022): at once, without a name, to named people."""

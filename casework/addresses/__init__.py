"""The register of trusted addresses; the list itself is public by law (Law 13/2022 Article 36)."""

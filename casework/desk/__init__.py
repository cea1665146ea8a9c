"""The pages that gather: home of each role, lists, search, the case page."""

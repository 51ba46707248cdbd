"""The recorded experiments of chapter 07."""

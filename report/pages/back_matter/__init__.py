"""The back matter of the report: its glossary and its references, and how the texts refer to both."""

"""What of the documentation is made by a program: the references, the pictures, and what mkdocs has to be told."""

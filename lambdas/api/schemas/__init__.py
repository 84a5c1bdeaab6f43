"""What the API takes and gives, field by field, one module a noun: the generated document is made of these."""

"""What the bank does, one file per thing; told its dependencies, finds none."""

"""`python -m banking.cli` is `bank`."""

from banking.cli import main

if __name__ == "__main__":
    main()

"""`python -m sfgov` is `sfgov`."""

from sfgov.cli import main

if __name__ == "__main__":
    main()

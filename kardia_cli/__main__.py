"""`python -m kardia_cli`, so that `accelerate launch -m kardia_cli grpo …` works."""

from kardia_cli.cli import main

if __name__ == "__main__":
    main()

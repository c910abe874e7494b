"""``python -m ocr_eval`` is ``ocr-eval``."""

from ocr_eval.cli import main

if __name__ == "__main__":
    main()

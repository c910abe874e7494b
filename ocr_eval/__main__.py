"""``python -m ocr_eval`` is ``ocr-eval``."""

from ocr_eval.cli import console

if __name__ == "__main__":
    console()

"""Transcription as an RRC file writes it -> the transcription: outer quotes go, then escapes, in the scripts' order."""


def unquote(text: str) -> str:
    r"""``"a\"b"`` -> ``a"b``. Text that is not quoted as a whole stays as it is, spaces included.

    The scripts replace ``\\`` before ``\"``, so ``\\"`` loses both backslashes; so it does here.
    """
    inner = text.strip()
    if len(inner) < 2 or inner[0] != '"' or inner[-1] != '"':
        return text
    return inner[1:-1].replace("\\\\", "\\").replace('\\"', '"')

"""Types of an answer's data."""
from enum import Enum


class ContentType(Enum):
    """Every value is its member's name. Everything but APPLICATION_JSON announces a file."""

    APPLICATION_JSON = "APPLICATION_JSON"
    APPLICATION_PDF = "APPLICATION_PDF"
    APPLICATION_VND_MS_EXCEL = "APPLICATION_VND_MS_EXCEL"
    APPLICATION_MS_WORD = "APPLICATION_MS_WORD"
    TEXT_PLAIN = "TEXT_PLAIN"
    TEXT_HTML = "TEXT_HTML"
    IMAGE_PNG = "IMAGE_PNG"
    IMAGE_JPEG = "IMAGE_JPEG"

"""The table of routes of documents: start reading here."""

from documents_service.http import documents, downloads

ENDPOINTS = [*documents.ENDPOINTS, *downloads.ENDPOINTS]

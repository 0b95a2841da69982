"""The API (接口): the portal's verbs for programs, with the same permissions."""

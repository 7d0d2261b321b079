"""Tokens and keys that are known by their own shape, whatever stands before them.

Those who issue them gave them prefixes so that they can be found where they should not be. What has no such prefix, a
password for one, is known by its place alone (`porttui.model.secrets`).
"""

from __future__ import annotations

_SHAPES = (
    r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])",  # AWS, access key ids (IAM, unique identifiers)
    r"eyJ[\w-]{10,4000}(?:\.[\w-]{0,8000}){1,4}",  # a JSON object in base64, then dots: JWT, RFC 7519
    r"gh[pousr]_\w{20,300}|github_pat_\w{20,300}",  # GitHub
    r"gl(?:pat|rt|dt|cbt|ptt|soat|ft|agent)-[\w-]{16,300}",  # GitLab
    r"xox[a-z]-[\w-]{10,300}|xapp-[\w-]{10,300}",  # Slack
    r"(?:[sr]k_(?:live|test)|whsec)_\w{10,300}",  # Stripe
    r"sk-(?=[\w-]{0,200}\d)[\w-]{20,300}",  # OpenAI, Anthropic and others
    r"AIza[\w-]{30,100}|ya29\.[\w.-]{20,1000}|GOCSPX-[\w-]{20,100}",  # Google
    r"npm_\w{30,100}|pypi-[\w-]{40,300}|dckr_pat_[\w-]{20,100}|hf_[A-Za-z]{30,100}",  # package registries
    r"do[opr]_v1_[a-f0-9]{40,100}|hv[sbr]\.[\w-]{20,300}|dapi[a-f0-9]{32}",  # DigitalOcean, Vault, Databricks
    r"SG\.[\w-]{16,100}\.[\w-]{16,100}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|sq0(?:atp|csp)-[\w-]{20,100}",  # Sendgrid ...
    r"tskey-[\w-]{16,200}|lin_api_\w{30,100}|NRAK-\w{20,100}|ATATT3[\w=-]{40,400}",  # Tailscale, Linear, New Relic ...
    r"AGE-SECRET-KEY-1[A-Z0-9]{20,100}",
    r"bot\d{6,12}:[\w-]{30,50}",  # Telegram, in the path of a URL
)
_PRIVATE_KEY = r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]{0,20000}?(?:-----END [^\n-]{0,60}-----|\Z)"
"""A private key in PEM (RFC 7468), as far as it is there."""

TOKENS = rf"(?<![A-Za-z0-9])(?:{'|'.join(_SHAPES)})|{_PRIVATE_KEY}"
"""Finds one token or key: a regular expression, compiled by those few who meet a word that may hold one."""
_MARKS = (
    *("AKIA", "ASIA", "ABIA", "ACCA", "eyJ", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "glrt-"),
    *("gldt-", "glcbt-", "glptt-", "glsoat-", "glft-", "glagent-", "xox", "xapp-", "k_live_", "k_test_", "whsec_"),
    *("sk-", "AIza", "ya29.", "GOCSPX-", "npm_", "pypi-", "dckr_pat_", "hf_", "_v1_", "hvs.", "hvb.", "hvr.", "dapi"),
    *("SG.", "shp", "sq0", "tskey-", "lin_api_", "NRAK-", "ATATT3", "AGE-SECRET-KEY", "bot", "PRIVATE KEY"),
)


def may_hold_tokens(text: str) -> bool:
    """Tell whether there is the beginning of a token in a text: quicker than to look for a whole one."""
    return any(mark in text for mark in _MARKS)

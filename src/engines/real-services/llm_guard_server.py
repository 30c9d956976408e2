"""The scanners of LLM Guard that have no model, behind the `/analyze/prompt` of its documentation."""

import importlib.machinery
import sys
import types

import structlog
import transformers  # noqa: F401  It must have seen that there is no torch.
from served import serve, stay_on_loopback

stay_on_loopback()
structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=sys.stderr))

# Stands where torch is asked for on import: it says that there is no accelerator, and computes nothing.
torch = types.ModuleType("torch")
torch.__spec__ = importlib.machinery.ModuleSpec("torch", None)
torch.cuda = types.SimpleNamespace(is_available=lambda: False)
torch.backends = types.SimpleNamespace(mps=torch.cuda)
torch.device = str
torch.no_grad = lambda: lambda function: function
sys.modules["torch"] = torch

from llm_guard import scan_prompt  # noqa: E402
from llm_guard.input_scanners import BanSubstrings, InvisibleText, Regex, Secrets  # noqa: E402

scanners = [
    BanSubstrings(["project kestrel"]),
    Regex([r"CUST-\d{6}"]),
    InvisibleText(),
    Secrets(),
]


def analyze(body):
    sanitized, is_valid, scores = scan_prompt(scanners, body["prompt"])
    return 200, {"is_valid": all(is_valid.values()), "scanners": scores, "sanitized_prompt": sanitized}


serve("/analyze/prompt", analyze)

"""Presidio's analyzer with its recognisers of patterns, behind the `/analyze` of its documentation. No language model."""

import spacy
import tldextract
from served import serve, stay_on_loopback

stay_on_loopback()
# Else the recogniser of addresses fetches the list of public suffixes when it is first asked.
tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)

from presidio_analyzer import AnalyzerEngine, AnalyzerRequest  # noqa: E402
from presidio_analyzer.nlp_engine import SpacyNlpEngine  # noqa: E402

language = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": "blank"}])
language.nlp = {"en": spacy.blank("en")}
engine = AnalyzerEngine(nlp_engine=language, supported_languages=["en"])


def analyze(body):
    asked = AnalyzerRequest(body)
    if not asked.text:
        return 500, {"error": "No text provided"}
    results = engine.analyze(
        text=asked.text, language=asked.language, score_threshold=asked.score_threshold, entities=asked.entities
    )
    told = [result.to_dict() for result in results]
    for result in told:
        result.pop("recognition_metadata", None)
    return 200, told


serve("/analyze", analyze)

"""A random BERT of three layers over word pieces of a few sentences, made in a folder."""

from __future__ import annotations

from pathlib import Path

TALK = ["i am so sorry to hear that you feel sad and alone", "what happened today with your friends"]


def build(folder: Path) -> Path:
    """A random BERT of three layers over word pieces of a few sentences."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    pieces = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    pieces.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    pieces.train_from_iterator(
        TALK * 3, trainers.WordPieceTrainer(vocab_size=200, special_tokens=list(special.values()), show_progress=False)
    )
    ends = [(name, pieces.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    pieces.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", "[CLS] $A [SEP] $B [SEP]", ends)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=pieces, model_max_length=32, **special)
    shape = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 64}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = BertModel(BertConfig(vocab_size=len(tokenizer), max_position_embeddings=32, **shape))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder

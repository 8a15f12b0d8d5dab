"""Classic metrics of replies, as pure functions over texts: what the field reports, with what its tables leave out.

    tokens      how a text becomes words, by name: a number without its tokeniser cannot be compared
    bleu        BLEU-1 to BLEU-4 by sacrebleu, signature kept; one reply's BLEU
    rouge       ROUGE-L of one reply, own longest common subsequence
    distinct    Dist-n of a set with its N, and at one N for several systems
    strategy    names of support strategies, accuracy beside the floor of the most frequent one
    epitome     the three EPITOME facets: by words, offline, or as a judge gave them
    perplexity  by a causal model folder, per token over the corpus (needs the extra `train`)
    bertscore   by a local encoder folder (needs the extra `train`)

None of these says that a reply is good: BLEU falls where people find more empathy (LEMPEx, its own table), and Dist is
high for noise. They are reported beside the judge. A text here is what the other side sees: hidden spans are taken off
by the caller.
"""

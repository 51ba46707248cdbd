"""What may have gone wrong with a list of starts: kinds of differences, and what to say."""

from __future__ import annotations

from courseware.checks.counts import MISCOUNTS
from courseware.checks.mask_dicts import BIASES_MASKED
from courseware.checks.rankings import LARGEST_PRUNED, SIGNED
from courseware.checks.states import NOT_REPEATABLE

WHOLE_STATE_RANKED = (
    "whole-state-ranked",
    "A bias was looked up among the masks, where it is not. `iterative_masks` takes the trained "
    "tensors that have a mask, and no others: leave the biases of the trained state out.",
)

ONE_DICT = (
    "one-dict-for-all",
    "All pairs have the same masks. One dict that is changed in every round (`update`, "
    "`masks[name] = …`) is in all of them at its last state: make a new one in each round.",
)
RATE_KEPT = (
    "rate-taken-for-kept",
    "A round left what it should have removed: the rate is the share of the survivors that goes.",
)

LAYER_COUNTS = (
    "counted-layer-by-layer",
    "The numbers of kept weights are those of layers pruned one by one. Rank the survivors of "
    "all layers together, and round once.",
)
LAST_AT_HALF = (
    "last-layer-at-half-rate",
    "The numbers of kept weights are those of layers pruned one by one, the last one at half the "
    "rate. Here all layers are one ranking, the last one among them, and the share is one of all "
    "survivors together.",
)

MISTAKES = (
    (
        "not-all-pairs",
        "The number of pairs is not rounds + 1. One pair for each training and one more for the "
        "ticket: the first holds the state as it came in, with masks that keep everything.",
    ),
    (
        "pair-order-swapped",
        "The two parts of a pair are swapped: the state comes first, then the masks.",
    ),
    (
        "names-changed",
        "A state has other names than the one that came in. It can be trained only with all its "
        "tensors, biases included, under their own names.",
    ),
    BIASES_MASKED,
    ONE_DICT,
    (
        "first-pair-pruned",
        "The masks of the first pair prune something. The first training starts from the whole "
        "network.",
    ),
    (
        "share-of-all-weights",
        "Every round took its share of all weights. A round removes a share of the weights that "
        "are left.",
    ),
    RATE_KEPT,
    (
        "masks-never-changed",
        "The masks stay as they were. Every round gives new ones, which the next round starts "
        "from.",
    ),
    (
        "all-rounds-at-once",
        "The share that is gone after so many rounds, 1 − (1 − rate)^r, was taken of all weights, "
        "and rounded once. Each round takes its share of the survivors, and rounds.",
    ),
    LAYER_COUNTS,
    LAST_AT_HALF,
    (
        "other-counts",
        "The numbers of kept weights do not follow the rule: each round prunes round(rate · "
        "survivors) weights, of all layers together.",
    ),
    (
        "not-nested",
        "A weight that was pruned in one round is kept in a later one. What is pruned stays "
        "pruned.",
    ),
    (
        "trained-state-returned",
        "The first pair does not hold the state that came in, but a trained one. Either the "
        "trained weights were put into the list, or training changed the copy: `state_dict()` and "
        "`detach()` share memory with the network, `clone()` does not.",
    ),
    (
        "not-rewound",
        "A later pair does not hold the first weights: trained ones were put into the list, or the "
        "network went on from them or from new ones. Rewind: the survivors get back the very "
        "values that they had before any training. (`state_dict()` and `detach()` share memory "
        "with the network: what they gave is trained as well. `clone()` does not.)",
    ),
    (
        "biases-not-rewound",
        "The weights are rewound, the biases are not. A bias goes back to its first value as well.",
    ),
    (
        "state-of-the-round-before",
        "Each state has the zeros of the round before its masks: the two parts of a pair do not "
        "belong together. Rewind under the new masks first, then put both into the list.",
    ),
    (
        "pruned-not-zero",
        "Pruned weights of a start are not 0. A start is the first state times its masks.",
    ),
    (
        "last-pair-trained",
        "The last pair holds a trained state. The ticket is where the next training would start: "
        "the first values under the last masks.",
    ),
    NOT_REPEATABLE,
    (
        "seed-without-effect",
        "Two seeds led to the same masks. Draw the batches from a generator that starts from "
        "`seed`: with another seed the images come in another order.",
    ),
    LARGEST_PRUNED,
    SIGNED,
    (
        "layer-left-out",
        "The last layer keeps all its weights. Every tensor with two axes is pruned, the output "
        "layer too.",
    ),
    (
        "not-by-magnitude",
        "What goes are not the smallest weights: of pixels that are white in all images the "
        "weights stay as they were first, and some of these went before smaller ones. Rank the "
        "magnitudes of all weights of the network that was trained on these images.",
    ),
    *((name, message) for name, message, _ in MISCOUNTS[1:]),
    (
        "ranked-before-training",
        "The first round prunes just what was smallest at the start: in magnitude, or in magnitude "
        "times gradient. The trained weights are to be ranked: the start does not know yet what "
        "will matter. (If you do: is there more than a step or two of training before it?)",
    ),
    (
        "layer-by-layer",
        "Every layer loses the same share: they were ranked one by one. All layers are one "
        "ranking.",
    ),
    (
        "change-ranked",
        "Weights that no training moves went first, however large they are. What was ranked is how "
        "far each weight moved, or its gradient: rank the magnitudes of the trained weights.",
    ),
    (
        "hardly-trained",
        "What goes first is nearly what was smallest at the start: the training before it is far "
        "too short, or its steps are far too small, to say which weights matter.",
    ),
    (
        "trained-once",
        "A single round that prunes as much leaves the very same weights: all rounds rank one "
        "training, that of the whole network. Train the present start in every round, with what "
        "is pruned held at 0, and rank what comes of that.",
    ),
    (
        "no-winner",
        "The counts are right, but this ticket does not win: trained from its start, it falls "
        "short of what such a small part of the network can do. Every round must train anew from "
        "its own start, long enough, with the pruned weights held at 0 after every step, and then "
        "prune the smallest of the trained survivors.",
    ),
)
"""Name and message; each is the kind of a difference that a judge finds."""

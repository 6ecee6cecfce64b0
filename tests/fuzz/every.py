"""All targets by name."""

from tests.fuzz import answers, identities, messages, onions, practice_nodes

TARGETS = {
    target.name: target
    for module in (messages, onions, answers, identities, practice_nodes)
    for target in module.TARGETS
}

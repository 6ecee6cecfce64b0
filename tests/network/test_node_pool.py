from tests.network.examples import node
from webapp.network.node_pool import NodePool

A, B, C = node(1), node(2), node(3)


def pool() -> NodePool:
    pool = NodePool()
    pool.replace([A, B, C])
    return pool


def test_nodes_are_found_by_key_and_strangers_left_out() -> None:
    assert pool().named([C.ed25519, bytes(32), A.ed25519]) == (C, A)


def test_the_third_failure_in_a_row_drops_a_node() -> None:
    nodes = pool()
    nodes.strike([A.ed25519, B.ed25519], "hop")
    nodes.strike([A.ed25519], "hop")
    assert nodes.all() == (A, B, C)
    nodes.strike([A.ed25519], "hop")
    assert nodes.all() == (B, C)


def test_a_success_forgives() -> None:
    nodes = pool()
    for _ in range(5):
        nodes.strike([A.ed25519], "hop")
        nodes.forgive([A.ed25519], "hop")
    assert nodes.all() == (A, B, C)


def test_a_new_list_forgives_and_brings_back() -> None:
    nodes = pool()
    nodes.drop(A.ed25519)
    nodes.strike([B.ed25519], "hop")
    nodes.strike([B.ed25519], "hop")
    nodes.replace([A, B])
    nodes.strike([B.ed25519], "hop")
    assert nodes.all() == (A, B)


def test_striking_a_stranger_changes_nothing() -> None:
    nodes = pool()
    for _ in range(3):
        nodes.strike([bytes(32)], "destination")
    assert nodes.all() == (A, B, C)


def test_relaying_well_does_not_excuse_answering_badly() -> None:
    nodes = pool()
    for _ in range(3):
        nodes.strike([A.ed25519], "destination")
        nodes.forgive([A.ed25519], "hop")
    assert nodes.all() == (B, C)


def test_whoever_failed_last_is_suspect_until_it_works() -> None:
    nodes = pool()
    nodes.strike([A.ed25519], "hop")
    nodes.strike([B.ed25519], "destination")
    assert nodes.suspects() == {A.ed25519, B.ed25519}
    nodes.forgive([A.ed25519], "hop")
    assert nodes.suspects() == {B.ed25519}


def test_a_pardoned_node_begins_anew() -> None:
    nodes = pool()
    nodes.drop(C.ed25519)
    for _ in range(3):
        nodes.strike([A.ed25519, B.ed25519], "hop")
    assert nodes.all() == ()
    nodes.pardon([A.ed25519, bytes(32)])
    nodes.strike([A.ed25519], "hop")
    assert nodes.all() == (A,)
    nodes.pardon_all()
    assert set(nodes.all()) == {A, B, C}


def test_a_new_list_leaves_nobody_to_pardon() -> None:
    nodes = pool()
    nodes.drop(C.ed25519)
    nodes.replace([A])
    nodes.pardon_all()
    assert nodes.all() == (A,)

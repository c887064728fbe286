package io.weir.consensus.repair;

/**
 * A member's answer to a Hello.
 *
 * @param self the incarnation of the member that answers
 * @param known what that member has recorded, durably, of the node that asked; another one than its own says that the node
 *     has been somebody else before, or is not the latest
 * @param origin the origin of the member that answers
 */
public record Greeting(Incarnation self, Incarnation known, Origin origin) {}

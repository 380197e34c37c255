namespace Crux.Testing.Network;

/// <summary>One machine of a test: a node, and whatever uses its socket.</summary>
/// <param name="Host">Its address, without a port.</param>
internal sealed record Machine(string Name, NetAddress Host);

namespace Crux.Machines.Flock;

/// <summary>A datagram in a <see cref="FlockOutbox"/>; <see cref="FlockOutbox.BytesOf"/> gives its bytes.</summary>
/// <param name="To">Where it goes.</param>
/// <param name="Reach">Whether somebody is known to answer there.</param>
/// <param name="Offset">Where its bytes begin in the outbox.</param>
/// <param name="Length">How many bytes it has.</param>
public readonly record struct OutboundDatagram(NetAddress To, Reach Reach, int Offset, int Length);

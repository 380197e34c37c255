namespace Crux.Machines.Flock.Authority;

/// <summary>How a flock's sealing stands, as one node knows it.</summary>
/// <param name="Uuid">What it is sealed under; 0 while it is not.</param>
/// <param name="Holders">Members known to have the birth record on disk. The leader hears of all, others know of themselves alone.</param>
/// <param name="WaitsFor">What an order to seal still waits for, in words; empty where none waits.</param>
/// <param name="AbsorbedInto">The flock that this one was ordered to be taken into, and has not met yet; 0 where there is no such order.</param>
public sealed record SealStatus(UInt128 Uuid, int Holders, string WaitsFor, UInt128 AbsorbedInto);

namespace Crux.Machines.Flock.Authority;

/// <summary>Another flock of the same secret, as its own beacon names it.</summary>
/// <param name="Bloc">Its bloc.</param>
/// <param name="Flock">Its name.</param>
/// <param name="Uuid">What it was sealed under; 0 where it is not sealed.</param>
/// <param name="At">Where one of its nodes was met last.</param>
public sealed record ForeignSighting(string Bloc, string Flock, UInt128 Uuid, NetAddress At)
{
    /// <summary>Whether both are sightings of the same flock.</summary>
    internal bool IsSameFlock(ForeignSighting other) => Uuid == other.Uuid && Flock == other.Flock && Bloc == other.Bloc;
}

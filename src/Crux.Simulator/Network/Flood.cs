namespace Crux.Simulator.Network;

/// <summary>Garbage that a stranger sends.</summary>
/// <param name="Period">Ticks from one datagram to the next.</param>
/// <param name="Until">When it ends.</param>
/// <param name="Bytes">Size of each.</param>
/// <param name="Forges">Whether it begins as a true frame does.</param>
internal readonly record struct Flood(long Period, long Until, int Bytes, bool Forges)
{
    /// <summary>What a forger copies of a frame that it overheard: version, form, flock tag and generation.</summary>
    public const int CopiedBytes = 6;
}

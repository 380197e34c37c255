namespace Crux.Machines.Flock.Keys;

/// <summary>Makes a cipher for a key.</summary>
public interface IFrameCipherSource
{
    /// <summary>Length of every key.</summary>
    const int KeyBytes = 32;

    /// <summary>A cipher for <paramref name="key"/>; the caller disposes it.</summary>
    IFrameCipher Create(ReadOnlySpan<byte> key);
}

namespace Crux.Machines.Flock.Keys;

/// <summary>AES-256-GCM for every key.</summary>
public sealed class AesFrameCipherSource : IFrameCipherSource
{
    /// <inheritdoc/>
    public IFrameCipher Create(ReadOnlySpan<byte> key) => new AesFrameCipher(key);
}

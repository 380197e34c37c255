using System.Security.Cryptography;
using Crux.Machines.Flock.Keys;
using Crux.Services.Operator;

namespace Crux.Cli.Tests;

/// <summary>Keys as the test states them.</summary>
internal sealed class StaticKeys : IKeyDesk
{
    public KeyReport Now { get; set; } = new() { Generation = 3, Epoch = 171, Age = TimeSpan.FromMinutes(114) };

    public byte[]? OfferedSecret { get; private set; }

    /// <summary>The next generation is in use.</summary>
    public void Rotate() => Now = Now with { Generation = Now.Generation + 1, Age = TimeSpan.Zero, Epoch = 1 };

    public Task<KeyReport> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(Now);

    public Task<byte[]> OfferSecretAsync(ReadOnlyMemory<byte> secret, CancellationToken cancellationToken) =>
        Task.FromResult(SHA256.HashData((OfferedSecret = secret.ToArray()).AsSpan()));
}

using Crux.Machines.Flock.Keys;

namespace Crux.Services.Operator;

/// <summary>Stands where a host has no flock of its own.</summary>
internal sealed class NoKeyDesk : IKeyDesk
{
    public Task<KeyReport> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(new KeyReport());

    public Task<byte[]> OfferSecretAsync(ReadOnlyMemory<byte> secret, CancellationToken cancellationToken) =>
        Task.FromException<byte[]>(new InvalidOperationException("Nobody keeps keys here."));
}

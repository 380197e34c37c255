using Crux.Machines.Flock.Keys;
using Crux.Services.Operator;

namespace Crux.Node.Flock;

/// <summary>Asks the flock's loop after its keys.</summary>
internal sealed class FlockKeyDesk(FlockDriver flock) : IKeyDesk
{
    public Task<KeyReport> ReadAsync(CancellationToken cancellationToken) =>
        flock.AskAsync((machine, now, outbox) => machine.AskKeys(now, outbox)).WaitAsync(cancellationToken);

    public async Task<byte[]> OfferSecretAsync(ReadOnlyMemory<byte> secret, CancellationToken cancellationToken) =>
        await flock.AskAsync((machine, now, _) => machine.OfferSecret(now, secret.Span)).WaitAsync(cancellationToken)
        ?? throw new InvalidOperationException("The flock has no keys of its own yet: they come with the first fenced leader. See 'crux key show'.");
}

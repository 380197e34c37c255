using Crux.Machines.Flock.Authority;
using Crux.Services.Operator;

namespace Crux.Node.Flock;

/// <summary>Hands an operator's orders to the flock's loop.</summary>
internal sealed class FlockOrderDesk(FlockDriver flock) : IOrderDesk
{
    public Task<FlockAuthority> GetAuthorityAsync(CancellationToken cancellationToken) =>
        flock.AskAsync((machine, _, _) => machine.Authority).WaitAsync(cancellationToken);

    public Task<string?> PlaceAsync(ReadOnlyMemory<byte> order, CancellationToken cancellationToken) =>
        flock.AskAsync((machine, now, outbox) => machine.PlaceOrder(now, order.Span, outbox)).WaitAsync(cancellationToken);
}

using Crux.Machines.Flock.Durable;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Flock.Authority;

/// <summary>What the disks of a flock hold that was sealed long ago: for worlds that begin after that.</summary>
public static class PastSealing
{
    /// <summary>The state of kind <see cref="DurableKind.Birth"/>.</summary>
    /// <param name="uuid">What the flock was sealed under; not 0.</param>
    /// <param name="credentials">Whose it is.</param>
    /// <param name="operatorKey">The operator, whose public key the credentials carry.</param>
    /// <param name="leader">Who led then.</param>
    public static ReadOnlyMemory<byte> Write(UInt128 uuid, FlockCredentials credentials, INodeSigner operatorKey, INodeSigner leader)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        ArgumentNullException.ThrowIfNull(operatorKey);
        ArgumentNullException.ThrowIfNull(leader);
        var authority = new FlockAuthority(credentials.Bloc.Name, credentials.Name, 0, 0, credentials.OperatorPublicKey);
        var order = OperatorOrder.Sign(OrderKind.Seal, authority, uuid, 1, new SealTerms(1, false).ToPayload(), operatorKey);
        return new BirthNote(BirthRecord.Sign(uuid, order, credentials.OperatorPublicKey.Span, [NodeId.FromPublicKey(leader.PublicKey.Span)], leader), null).ToBytes();
    }
}

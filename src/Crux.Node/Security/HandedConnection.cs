using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Crux.Node.Security;

/// <summary>A connection that one server accepted and another serves. What the other sets on it the first does not see.</summary>
internal sealed class HandedConnection : ConnectionContext
{
    private readonly ConnectionContext _inner;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HandedConnection(ConnectionContext inner, OperatorSession session)
    {
        (_inner, Session, Transport, ConnectionId) = (inner, session, inner.Transport, inner.ConnectionId);
        Features = new FeatureCollection(inner.Features);
        Features.Set(session);
        Items = new Dictionary<object, object?>();
    }

    /// <summary>Whose it is.</summary>
    public OperatorSession Session { get; }

    /// <summary>Completes once the other server is done with it.</summary>
    public Task Ended => _ended.Task;

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; }

    public override IDictionary<object, object?> Items { get; set; }

    public override IDuplexPipe Transport { get; set; }

    public override CancellationToken ConnectionClosed { get => _inner.ConnectionClosed; set => _inner.ConnectionClosed = value; }

    public override EndPoint? LocalEndPoint { get => _inner.LocalEndPoint; set => _inner.LocalEndPoint = value; }

    public override EndPoint? RemoteEndPoint { get => _inner.RemoteEndPoint; set => _inner.RemoteEndPoint = value; }

    public override void Abort(ConnectionAbortedException abortReason) => _inner.Abort(abortReason);

    // The first server disposes what it accepted.
    public override ValueTask DisposeAsync()
    {
        _ended.TrySetResult();
        return base.DisposeAsync();
    }
}

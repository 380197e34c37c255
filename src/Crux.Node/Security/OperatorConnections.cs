using System.Net;
using System.Threading.Channels;
using Crux.Machines.Flock.Authority;
using Crux.Services.Operator;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Crux.Node.Security;

/// <summary>
/// Hands connections that came to the peers' port with an operator's key over to the server behind the Unix socket: what nodes are
/// served and what operators are never meet in one server. Ends those whose key is an operator's no more.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class OperatorConnections : IConnectionListenerFactory, IConnectionListenerFactorySelector, IConnectionListener
{
    /// <summary>Connections of operators at once; one more is refused.</summary>
    public const int MaxConnections = 64;

    private readonly Lock _gate = new();
    private readonly HashSet<HandedConnection> _open = [];
    private readonly Channel<HandedConnection> _arriving = Channel.CreateBounded<HandedConnection>(MaxConnections);
    private readonly OperatorBoard _board;
    private readonly OperatorReporter _reporter;

    public OperatorConnections(OperatorBoard board, ILoggerFactory loggers)
    {
        (_board, _reporter) = (board, new OperatorReporter(loggers));
        board.Changed += EndFormer;
    }

    /// <summary>Where the server behind the socket listens for them.</summary>
    public static EndPoint Door { get; } = new DoorEndPoint();

    public EndPoint EndPoint => Door;

    /// <summary>Has a connection served, and returns when it has ended.</summary>
    public async Task ServeAsync(ConnectionContext connection, UInt128 key)
    {
        var handed = new HandedConnection(connection, new OperatorSession(key));
        bool isServed;
        lock (_gate)
            isServed = _open.Count < MaxConnections && _open.Add(handed);
        try
        {
            // Asked again, after it is known: whoever was taken back since the handshake is found by one of the two.
            if (!isServed || _board.RoleOf(key) == OperatorRole.None || !_arriving.Writer.TryWrite(handed))
            {
                connection.Abort(new ConnectionAbortedException("This node serves no more operators now."));
                return;
            }
            _reporter.Connected(_board.NameOf(key), connection.RemoteEndPoint);
            await handed.Ended;
        }
        finally
        {
            lock (_gate)
                _open.Remove(handed);
        }
    }

    public bool CanBind(EndPoint endpoint) => ReferenceEquals(endpoint, Door);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => ValueTask.FromResult<IConnectionListener>(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _arriving.Reader.ReadAsync(cancellationToken);
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _arriving.Writer.TryComplete();
        _board.Changed -= EndFormer;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();

    private void EndFormer()
    {
        List<HandedConnection> former;
        lock (_gate)
            former = [.. _open.Where(connection => _board.RoleOf(connection.Session.Key) == OperatorRole.None)];
        foreach (var connection in former)
        {
            connection.Abort(new ConnectionAbortedException("The key is no operator's any more."));
            _reporter.Ended(_board.NameOf(connection.Session.Key));
        }
    }

    private sealed class DoorEndPoint : EndPoint
    {
        public override string ToString() => "operators";
    }
}

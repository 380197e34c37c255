using System.Net.Sockets;
using Crux.Protos;
using Grpc.Core;
using Grpc.Net.Client;

namespace Crux.Client.Connect;

/// <summary>The one connection to the local reeve, and what is wrong with it in words. Thread-safe.</summary>
internal sealed class ReeveLink : IDisposable
{
    /// <summary>The longest answer that is read: thousands of instances with all their labels.</summary>
    public const int MaxAnswerBytes = 64 * 1024 * 1024;

    private readonly GrpcChannel _channel;
    private readonly SocketsHttpHandler _handler;
    private readonly Lock _lock = new();
    private TaskCompletionSource _nextEpoch = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _epoch;

    public ReeveLink(string socket, TimeSpan reconnectPause, TimeProvider time)
    {
        Socket = socket;
        ReconnectPause = reconnectPause;
        Time = time;
        Problem = "it has not answered yet";
        _handler = new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            UseProxy = false,
        };
        _channel = GrpcChannel.ForAddress("http://reeve", new GrpcChannelOptions { HttpHandler = _handler, MaxReceiveMessageSize = MaxAnswerBytes });
        Reeve = new Reeve.ReeveClient(_channel);
        Heartbeater = new Heartbeater.HeartbeaterClient(_channel);
        Rules = new Rules.RulesClient(_channel);
    }

    public string Socket { get; }

    public TimeProvider Time { get; }

    public TimeSpan ReconnectPause { get; }

    public Reeve.ReeveClient Reeve { get; }

    public Heartbeater.HeartbeaterClient Heartbeater { get; }

    public Rules.RulesClient Rules { get; }

    /// <summary>Why the reeve can't be reached; null while it can.</summary>
    public string? Problem { get; private set; }

    /// <summary>Grows each time a reeve answers after none did: a restarted one must be told everything again.</summary>
    public int Epoch
    {
        get
        {
            lock (_lock)
                return _epoch;
        }
    }

    /// <summary>The sentence for errors: which socket, what is wrong, what to do.</summary>
    public string Describe() => $"the local reeve can't be reached at {Socket} ({Problem}): start fulcrum on this machine, or set Crux:Socket";

    public void ReportUp()
    {
        TaskCompletionSource woken;
        lock (_lock)
        {
            Problem = null;
            _epoch++;
            woken = _nextEpoch;
            _nextEpoch = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        woken.TrySetResult();
    }

    public void ReportDown(Exception exception)
    {
        lock (_lock)
            Problem = WordsFor(exception);
    }

    /// <summary>Completes once a reeve has answered in a later epoch than <paramref name="seen"/>.</summary>
    public async Task<int> WaitPastAsync(int seen, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task next;
            lock (_lock)
            {
                if (_epoch > seen)
                    return _epoch;
                next = _nextEpoch.Task;
            }
            await next.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Runs <paramref name="conversation"/> again and again until stopped, with a jittered pause after each end.</summary>
    public async Task KeepAsync(Func<CancellationToken, Task> conversation, Action<Exception>? ended, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await conversation(stop);
            }
            catch (Exception exception) when (exception is RpcException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
            {
                if (stop.IsCancellationRequested)
                    return;
                ended?.Invoke(exception);
            }
            await PauseAsync(stop);
        }
    }

    public async Task PauseAsync(CancellationToken stop)
    {
        try
        {
            await Task.Delay(ReconnectPause * (0.5 + Random.Shared.NextDouble()), Time, stop);
        }
        catch (OperationCanceledException)
        {
            // Stopped while pausing: the caller's loop looks at the token.
        }
    }

    public void Dispose()
    {
        _channel.Dispose();
        _handler.Dispose();
    }

    private string WordsFor(Exception exception)
    {
        if (!File.Exists(Socket))
            return "there is no such socket";
        for (var e = exception; e is not null; e = e.InnerException ?? (e as RpcException)?.Status.DebugException)
        {
            if (e is SocketException socket)
                return socket.SocketErrorCode switch
                {
                    SocketError.ConnectionRefused => "nobody listens there",
                    SocketError.AccessDenied => "this user may not open it",
                    _ => socket.Message,
                };
        }
        return exception is RpcException rpc ? rpc.Status.Detail : exception.Message;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

using System.Net.Sockets;
using System.Security.Authentication;

namespace Crux.Client.Selection;

/// <summary>What a broken connection proves about the call that was on it.</summary>
internal static class Faults
{
    // HTTP/2 error codes, RFC 9113 section 7.
    private const long RefusedStream = 0x7;
    private const long Cancel = 0x8;
    private const long InadequateSecurity = 0xC;

    /// <summary>Whether the instance provably never saw the call: no connection, no TLS, or the stream was refused.</summary>
    public static bool IsNotProcessed(Exception exception) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.NameResolutionError } => true,
        // The handler's own limit on connecting.
        OperationCanceledException { InnerException: TimeoutException } => true,
        _ => Find<HttpProtocolException>(exception)?.ErrorCode == RefusedStream,
    };

    /// <summary>
    /// Whether the very same request may be sent to another instance. A refused stream may have taken some of a stream of requests with
    /// it, and that can't be read twice.
    /// </summary>
    public static bool MayResend(Exception exception, bool isRequestStream) =>
        IsNotProcessed(exception) && !(isRequestStream && Find<HttpProtocolException>(exception) is not null);

    /// <summary>Whether the connection broke while the instance had the call; a stream that the server cancelled is its answer instead.</summary>
    public static bool IsLoss(Exception exception) =>
        exception is HttpRequestException or IOException or ObjectDisposedException
        && Find<HttpProtocolException>(exception)?.ErrorCode is not (Cancel or RefusedStream or InadequateSecurity);

    /// <summary>Whether the instance ended the call because its caller may not make it any more.</summary>
    public static bool IsRevoked(Exception? exception) => Find<HttpProtocolException>(exception)?.ErrorCode == InadequateSecurity;

    /// <summary>The failure in words.</summary>
    public static string Describe(Exception exception, TimeSpan connectTimeout)
    {
        if (exception is OperationCanceledException)
            return $"no answer within {connectTimeout.TotalSeconds:0.##} s of connecting";
        if (Find<SocketException>(exception) is { } socket)
            return socket.SocketErrorCode == SocketError.ConnectionRefused ? "it refused the connection: nobody listens there" : socket.Message;
        if (Find<AuthenticationException>(exception) is { } tls)
            return tls.Message.Contains("RemoteCertificateValidationCallback", StringComparison.Ordinal)
                ? "it showed another key than the registry says, so it is not the instance that was meant"
                : $"no secure connection: {Innermost(tls).Message}";
        return exception is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded or HttpRequestError.Unknown }
            ? $"it closed the connection; perhaps it doesn't accept this process's identity ({Innermost(exception).Message})"
            : Innermost(exception).Message;
    }

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception;
    }

    private static T? Find<T>(Exception? exception) where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found)
                return found;
        }
        return null;
    }
}

using System.Net.Sockets;
using Crux.Client.Selection;

namespace Crux.Client.Tests.Selection;

public sealed class FaultsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    [Fact]
    public void A_refused_stream_proves_that_nothing_was_processed_and_not_that_its_requests_can_be_sent_again()
    {
        var refused = new HttpRequestException("refused", new HttpProtocolException(7, "REFUSED_STREAM", null));

        Assert.True(Faults.IsNotProcessed(refused));
        Assert.True(Faults.MayResend(refused, isRequestStream: false));
        Assert.False(Faults.MayResend(refused, isRequestStream: true));
    }

    [Fact]
    public void Without_a_connection_nothing_was_sent_so_any_request_may_be_sent_again()
    {
        var unreachable = new HttpRequestException(HttpRequestError.ConnectionError, "no connection");

        Assert.True(Faults.MayResend(unreachable, isRequestStream: true));
        Assert.False(Faults.MayResend(new HttpRequestException("lost", new IOException()), isRequestStream: false));
    }

    [Theory]
    [InlineData("the connection was lost", false)]
    [InlineData("it hung up when it had seen this process's key, before it answered: it doesn't accept this process's identity, or was just stopping", true)]
    public void Of_identity_speaks_only_who_was_hung_up_on_with_its_key_shown_and_nobody_of_objects(string words, bool isKeyShown)
    {
        var closed = new HttpRequestException("failed", new IOException("aborted", new ObjectDisposedException("Some.Stream")));

        Assert.Equal(words, Faults.DescribeFirst(closed, Limit, isKeyShown));
        Assert.Equal("the connection was lost", Faults.Describe(closed, Limit));
    }

    [Theory]
    [InlineData(SocketError.ConnectionRefused, "it refused the connection: nobody listens there")]
    [InlineData(SocketError.ConnectionReset, "the connection was lost (Connection reset by peer)")]
    [InlineData(SocketError.HostUnreachable, "No route to host")]
    public void Each_way_to_lose_a_connection_has_its_words(SocketError error, string words) =>
        Assert.Equal(words, Faults.Describe(new HttpRequestException("failed", new IOException("failed", new SocketException((int)error))), Limit));

    [Fact]
    public void Silence_and_what_an_instance_said_in_http_are_no_refusal_of_a_key()
    {
        Assert.Equal("no answer within 2 s of connecting", Faults.DescribeFirst(new OperationCanceledException(), Limit, isKeyShown: true));
        Assert.Equal("the connection was lost (too much)", Faults.DescribeFirst(new HttpRequestException("failed", new HttpProtocolException(11, "too much", null)), Limit, isKeyShown: true));
    }
}

using Crux.Client.Selection;

namespace Crux.Client.Tests.Selection;

public sealed class FaultsTests
{
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
}

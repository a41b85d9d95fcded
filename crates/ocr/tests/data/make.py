"""Draws the pages beside this file (Pillow; Tinos from fonts-croscore): A4 at 150 dpi, all names invented."""
from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/truetype/croscore/Tinos-%s.ttf"
WIDTH, HEIGHT = 1240, 1754
REGULAR, BOLD = (ImageFont.truetype(FONT % style, 27) for style in ("Regular", "Bold"))


def page():
    image = Image.new("L", (WIDTH, HEIGHT), 250)
    return image, ImageDraw.Draw(image)


def save(image, name):
    image.save(name, optimize=True)


LETTER = """Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;
Theo đề nghị của Trưởng phòng Nội vụ huyện Kỳ Thượng tại Tờ trình số 76/TTr-NV,
QUYẾT ĐỊNH:
Điều 1. Bổ nhiệm ông Nguyễn Hữu Đường, chuyên viên Văn phòng Hội đồng nhân dân
và Ủy ban nhân dân xã Tân Quỳnh, giữ chức vụ Phó Chánh Văn phòng kể từ ngày ký.
Điều 2. Ông Nguyễn Hữu Đường được hưởng hệ số phụ cấp chức vụ lãnh đạo theo quy
định hiện hành của Nhà nước; thời hạn bổ nhiệm là 05 năm.
Điều 3. Chánh Văn phòng, Trưởng phòng Nội vụ, Thủ trưởng các cơ quan, đơn vị có
liên quan và ông Nguyễn Hữu Đường chịu trách nhiệm thi hành Quyết định này.
Những quy định trước đây trái với Quyết định này đều bãi bỏ. Kinh phí thực hiện
được trích từ nguồn ngân sách huyện đã phân bổ cho xã trong năm kế hoạch.""".split("\n")


def letter():
    image, draw = page()
    draw.text((150, 130), "ỦY BAN NHÂN DÂN", font=BOLD, fill=20)
    draw.text((150, 165), "HUYỆN KỲ THƯỢNG", font=BOLD, fill=20)
    draw.text((560, 130), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", font=BOLD, fill=20)
    draw.text((650, 165), "Độc lập - Tự do - Hạnh phúc", font=BOLD, fill=20)
    for i, line in enumerate(LETTER):
        draw.text((150, 280 + 52 * i), line, font=REGULAR, fill=30)
    save(image, "letter.png")


ROWS = [
    ("1", "Trần Thị Bưởi", "12/03/1987", "Thôn Đông Hạ", "Giấy khai sinh"),
    ("2", "Lê Văn Khoẻ", "25/11/1990", "Thôn Ngọc Lũ", "Đăng ký kết hôn"),
    ("3", "Phạm Quốc Dũng", "07/08/1979", "Xóm Giữa", "Chứng thực chữ ký"),
    ("4", "Hoàng Ánh Tuyết", "30/01/1995", "Tổ dân phố số 4", "Cấp bản sao"),
    ("5", "Vũ Đình Lưỡng", "14/06/1968", "Thôn Thượng", "Xác nhận cư trú"),
    ("6", "Đặng Thuỳ Nhiên", "19/09/2001", "Thôn Đông Hạ", "Cải chính hộ tịch"),
    ("7", "Bùi Xuân Phước", "02/02/1984", "Xóm Chùa", "Giấy khai sinh"),
    ("8", "Ngô Mỹ Hạnh", "21/07/1993", "Thôn Ngọc Lũ", "Đăng ký khai tử"),
]


def table():
    image, draw = page()
    columns = [110, 170, 420, 580, 830, 1130]
    draw.text((330, 110), "DANH SÁCH HỒ SƠ ĐÃ TIẾP NHẬN", font=BOLD, fill=20)
    head = ("TT", "Họ và tên", "Ngày sinh", "Nơi cư trú", "Loại việc")
    for i, row in enumerate([head] + ROWS):
        for left, cell in zip(columns, row):
            draw.text((left + 10, 200 + 60 * i), cell, font=BOLD if i == 0 else REGULAR, fill=20)
    for i in range(len(ROWS) + 2):
        draw.line([(columns[0], 185 + 60 * i), (columns[-1], 185 + 60 * i)], fill=40, width=2)
    for x in columns:
        draw.line([(x, 185), (x, 185 + 60 * (len(ROWS) + 1))], fill=40, width=2)
    save(image, "table.png")


letter()
table()
